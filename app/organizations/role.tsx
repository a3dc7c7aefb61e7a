/** What Clerk's own pages call its two standard roles. Others are shown as they are. */
const names: Record<string, string> = { 'org:admin': 'Admin', 'org:member': 'Member' }

export const Role = ({ role }: { role: string }) => (
  <span className="wrap-anywhere rounded-2xl border border-line px-2.5 py-0.5 text-sm text-soft" title={role}>
    {Object.hasOwn(names, role) ? names[role] : role}
  </span>
)
