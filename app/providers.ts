import { google, type Provider } from '@/lib/integrations/providers'
import { github } from '@/lib/integrations/providers/github'
import { hubspot } from '@/lib/integrations/providers/hubspot'
import { linear } from '@/lib/integrations/providers/linear'
import { microsoft } from '@/lib/integrations/providers/microsoft'
import { notion } from '@/lib/integrations/providers/notion'
import { slack } from '@/lib/integrations/providers/slack'

/** The providers that this app shows, in this order. Each must be enabled at Clerk under SSO connections. */
export const providers: readonly Provider[] = [google, github, microsoft, slack, linear, notion, hubspot]
