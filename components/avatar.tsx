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
      loading="lazy"
      className="shrink-0 self-start rounded-full bg-line"
    />
  )
}

const Blank = ({ size }: { size: number }) => (
  <span
    className="inline-block shrink-0 self-start rounded-full bg-line"
    style={{ width: size, height: size }}
  />
)
