const ADDRESS = /(https:\/\/[\w./-]*\w)/

/** The text, with the addresses in it as links. */
export const Linked = ({ text }: { text: string }) =>
  text.split(ADDRESS).map((part) =>
    ADDRESS.test(part) ? (
      <a key={part} href={part} className="underline">
        {part.replace('https://', '')}
      </a>
    ) : (
      part
    ),
  )
