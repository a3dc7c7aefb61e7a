import { createElement } from 'react'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import GlobalError from '@/app/global-error'

test('if the layout fails, people see a page of their language with a way to try again, and nothing of the error', () => {
  const error = Object.assign(new Error('secret'), { digest: '4711' })
  const page = renderToStaticMarkup(createElement(GlobalError, { error, retry: () => {} }))
  expect(page).toMatch(/^<html lang="en">/)
  expect(page).toContain('The server’s log has the details under 4711.')
  expect(page).toContain('Try again</button>')
  expect(page).toMatch(/<a href="\/"[^>]*><img src="\/icon.svg"/)
  expect(page).toMatch(/<a href="\/"[^>]*>Home<\/a>/)
  expect(page).not.toContain('secret')
})
