/** Decorative: the name is always next to it. */
export function Avatar({ src, size }: { src: string; size: number }) {
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
