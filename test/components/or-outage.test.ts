import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { orOutage } from '@/components/or-outage'
import { ClerkError } from '@/lib/clerk/error'
import { LookupError } from '@/lib/lookup/errors'

// Outside Next there is no request to wait for.
let requested: Promise<void>
vi.mock('next/server', () => ({ connection: () => requested }))
beforeEach(() => {
  requested = Promise.resolve()
})

const pageThatThrows = async (error: unknown) =>
  renderToStaticMarkup(
    await orOutage('Your events', async () => {
      throw error
    }),
  )

describe('a page', () => {
  test('shows what it renders', async () => {
    expect(renderToStaticMarkup(await orOutage('Your events', async () => 'events'))).toBe('events')
  })

  test('renders nothing before there is a request, so that a build keeps no notice about missing settings', async () => {
    let arrive = () => {}
    requested = new Promise((resolve) => {
      arrive = resolve
    })
    let rendered = false
    const page = orOutage('Your events', async () => {
      rendered = true
      return 'events'
    })
    await new Promise((resolve) => setImmediate(resolve))
    expect(rendered).toBe(false)
    arrive()
    expect(await page).toBe('events')
  })

  test('names the service that is not responding, what cannot be shown, and what to do', async () => {
    const html = await pageThatThrows(new ClerkError(undefined, undefined, []))
    expect(html).toContain('Clerk is not responding')
    expect(html.replaceAll('<!-- -->', '')).toContain(
      'Your events cannot be shown right now. Nothing was lost, and other pages may still work.',
    )
    // By the button alone.
    expect(html).toContain('Try again</a>')
    expect(html).not.toContain('a few seconds')
    expect(await pageThatThrows(new LookupError('store_unavailable', ''))).toContain(
      'Redis is not responding',
    )
  })

  test('has a heading of its own above the outage, where what it would have rendered has it', async () => {
    const out = async (): Promise<string> => {
      throw new ClerkError(undefined, undefined, [])
    }
    expect(renderToStaticMarkup(await orOutage('This profile', out, 'Expert'))).toMatch(
      /<h1[^>]*>Expert<\/h1>.*<h2/,
    )
    expect(renderToStaticMarkup(await orOutage('This profile', out))).not.toContain('<h1')
    const other = createElement('h2', null, 'Your connections')
    expect(renderToStaticMarkup(await orOutage('Your connections', out, other))).toMatch(
      /^<h2>Your connections<\/h2>/,
    )
  })

  test('leads to itself again where that can help, and not where it cannot', async () => {
    const again = '<a href="" '
    expect(await pageThatThrows(new ClerkError(429, undefined, []))).toContain(again)
    expect(await pageThatThrows(new LookupError('revoked', ''))).not.toContain(again)
  })

  test('says in the link how long to wait, and without scripts the link works at once', async () => {
    const html = await pageThatThrows(new ClerkError(429, 7, []))
    expect(html).toContain('Clerk is busy')
    expect(html.match(/Try again/g)).toHaveLength(1)
    expect(html.replaceAll('<!-- -->', '')).toContain('Try again in 7 s</a>')
    expect(html).not.toContain('aria-disabled=')
  })

  test('leaves a mistake in the code to Next, which logs it', async () => {
    const mistake = new LookupError('bad_declaration', '')
    await expect(pageThatThrows(mistake)).rejects.toBe(mistake)
  })
})
