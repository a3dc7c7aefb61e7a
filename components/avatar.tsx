/** It grows with the text. `size`: pixels at the usual size of text. */
const sizeOf = (size: number) => ({ width: `${size / 16}rem`, height: `${size / 16}rem` })

/** Decorative: the name is always next to it. */
export function Avatar({ src, size }: { src: string; size: number }) {
  // An image without an address would ask for the page itself.
  if (!src) return <Blank size={size} />
  return (
    // biome-ignore lint/performance/noImgElement: Clerk serves avatars in the size asked for
    <img
      src={src}
      alt=""
      width={size}
      height={size}
      style={sizeOf(size)}
      loading="lazy"
      className="shrink-0 self-start rounded-full bg-line"
    />
  )
}

/** The outline of a person. */
const Blank = ({ size }: { size: number }) => (
  <svg
    viewBox="0 0 24 24"
    width={size}
    height={size}
    style={sizeOf(size)}
    className="shrink-0 self-start rounded-full bg-line fill-soft"
    aria-hidden
  >
    <circle cx="12" cy="9.5" r="4" />
    <path d="M4 24a8 8 0 0 1 16 0z" />
  </svg>
)
