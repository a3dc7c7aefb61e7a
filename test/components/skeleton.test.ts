import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { RowsToCome } from '@/app/dashboard/_components/to-come'
import { FieldSkeleton } from '@/components/skeleton'

test('the placeholder of a list has its rows, and is announced once', () => {
  const markup = renderToStaticMarkup(createElement(RowsToCome, { label: 'Users', kind: 'people', rows: 12 }))
  expect(markup.match(/rounded-full/g)).toHaveLength(12)
  expect(markup.match(/role="status"/g)).toHaveLength(1)
  expect(markup).toContain('aria-label="Loading: Users"')
})

test('the placeholder of a field has its label, and does not look like a box to fill in', () => {
  const markup = renderToStaticMarkup(createElement(FieldSkeleton, { label: 'First name' }))
  expect(markup).toContain('First name')
  expect(markup).toContain('bg-line')
  expect(markup).not.toContain('border')
})
