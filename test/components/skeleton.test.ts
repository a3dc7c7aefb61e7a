import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { PanelSkeleton } from '@/components/panel'
import { FieldSkeleton } from '@/components/skeleton'

test('the placeholder of a list has rows in the size of the list, and is announced once', () => {
  const markup = renderToStaticMarkup(
    createElement(PanelSkeleton, { title: 'Users', height: 'h-[60rem]', rows: true }),
  )
  expect(markup.match(/ml-auto/g)?.length).toBeGreaterThan(15)
  expect(markup).toContain('h-[60rem]')
  expect(markup.match(/role="status"/g)).toHaveLength(1)
  expect(markup).toContain('aria-label="Loading: Users"')
})

test('the placeholder of a field has its label, and does not look like a box to fill in', () => {
  const markup = renderToStaticMarkup(createElement(FieldSkeleton, { label: 'First name' }))
  expect(markup).toContain('First name')
  expect(markup).toContain('bg-line')
  expect(markup).not.toContain('border')
})
