import { Fragment } from 'react'

/** `organizationMembership.created`: it stays whole if it fits a line of its own, and otherwise breaks after the dot. */
export const Dotted = ({ name }: { name: string }) => (
  <span className="inline-block max-w-full">
    {name.split('.').map((part, i) => (
      <Fragment key={part}>
        {i > 0 && (
          <>
            .<wbr />
          </>
        )}
        {part}
      </Fragment>
    ))}
  </span>
)
