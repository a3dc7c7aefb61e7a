/** What scopes allow, for people. A scope that is not here is shown as it is. */
const words = new Map(
  Object.entries({
    'https://www.googleapis.com/auth/calendar.readonly': 'see your calendars and their events',
    'read:user': 'see your profile',
    repo: 'see and change your repositories',
    'User.Read': 'see your profile',
    'Calendars.Read': 'see your calendars',
    'channels:read': 'see your channels',
    'chat:write': 'send messages',
  }),
)

/** The permissions that a connection lacks, in words, each with its name at the provider. */
export function MissingScopes({ missing }: { missing: readonly string[] }) {
  return (
    <p className="wrap-anywhere mt-1 text-sm">
      Missing:{' '}
      {missing.map((scope, index) => (
        <span key={scope}>
          {index > 0 && ', '}
          {words.has(scope) ? (
            <>
              {words.get(scope)} (<code>{scope.split('/').at(-1)}</code>)
            </>
          ) : (
            <code>{scope}</code>
          )}
        </span>
      ))}
    </p>
  )
}
