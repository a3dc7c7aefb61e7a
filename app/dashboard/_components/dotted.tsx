import { Fragment } from 'react'

/** `organizationMembership.created`: where there is no room it breaks after the dot. */
export const Dotted = ({ name }: { name: string }) =>
  name.split('.').map((part, i) => (
    <Fragment key={part}>
      {i > 0 && (
        <>
          .<wbr />
        </>
      )}
      {part}
    </Fragment>
  ))
