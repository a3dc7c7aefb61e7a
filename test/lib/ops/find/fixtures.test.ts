import { expect, test } from 'vitest'
import { readApp } from '@/lib/ops/find/app-files'
import { findCalls } from '@/lib/ops/find/find'
import { readFixture, said, writeApp } from './fixture'

test.each(['app-router', 'pages-legacy', 'monorepo'])(
  'each of the 30 calls in the app %s is found, and nothing else',
  (name) => {
    const { files, expected } = readFixture(name)
    const { findings, unparsed } = findCalls(readApp(writeApp(files)))
    const found = findings.map((one) => `${one.file}:${one.line} ${said(one)}`)
    expect(found.sort()).toEqual(expected)
    expect(found).toHaveLength(30)
    expect(unparsed).toEqual([])
  },
)
