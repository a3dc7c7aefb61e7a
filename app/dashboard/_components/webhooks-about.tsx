import { PanelNote } from '@/components/panel'
import { deliveriesOf, peopleOf } from '@/lib/dashboard/panels.server'
import { webhooksOf } from '@/lib/dashboard/webhook-rows'
import { Frame } from './frame'
import { RowsToCome } from './to-come'
import { WebhookList, WebhooksUnavailable } from './webhook-list'

/** Lines of the list. */
const LISTED = 10

/** The panel of the newest webhooks about one user or organization. */
export const WebhooksAbout = ({ id, what }: { id: string; what: 'user' | 'organization' }) => (
  <Frame
    id="webhooks"
    title={`Webhooks about this ${what}`}
    fallback={<RowsToCome label={`Webhooks about this ${what}`} kind="records" rows={4} />}
    render={async () => {
      const found = await deliveriesOf(id)
      if ('unavailable' in found) return <WebhooksUnavailable {...found} />
      const rows = webhooksOf(found.data).slice(0, LISTED)
      if (rows.length === 0)
        return <PanelNote title={`None of the last 200 webhooks is about this ${what}`} />
      return <WebhookList rows={rows} people={await peopleOf(id, [id])} renderedAt={found.at} />
    }}
  />
)
