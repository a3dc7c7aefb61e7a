import { button } from '@/components/button'

/** Works without JavaScript: the user's ID becomes part of the page's address. */
export function AuditFilter({ user, of }: { user: string | undefined; of: string | undefined }) {
  return (
    <form action="/dashboard#audit" className="mb-3 flex flex-wrap items-end gap-3 text-sm">
      {user && <input type="hidden" name="user" value={user} />}
      <label className="grow sm:max-w-96">
        User ID
        <input
          name="audit"
          defaultValue={of}
          maxLength={80}
          // The form makes it part of the page's address.
          pattern="user_[A-Za-z0-9_\-]+"
          title="A user ID, such as user_2abc…"
          placeholder="user_…"
          autoComplete="off"
          spellCheck={false}
          className="mt-1 block h-9 w-full rounded-md border border-line bg-surface px-3 placeholder:text-soft"
        />
      </label>
      <button type="submit" className={button('outline')}>
        Show
      </button>
      {of && (
        <a
          href={`/dashboard${user ? `?user=${encodeURIComponent(user)}` : ''}#audit`}
          className={button('outline')}
        >
          All users
        </a>
      )}
    </form>
  )
}
