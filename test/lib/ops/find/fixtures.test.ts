import { expect, test } from 'vitest'
import { readApp } from '../../../../lib/ops/find/app-files'
import { findCalls } from '../../../../lib/ops/find/find'
import { readFixture, writeApp } from './fixture'

const findIn = (files: Record<string, string>) => findCalls(readApp(writeApp(files)))

test.each(['app-router', 'pages-legacy', 'monorepo'])(
  'every call in the app %s is found, and nothing else',
  (name) => {
    const { files, expected } = readFixture(name)
    const { findings, unparsed } = findIn(files)
    const found = findings.map(
      ({ file, line, kind, replacement }) => `${file}:${line} ${kind}: ${replacement ?? 'keep'}`,
    )
    expect(found.sort()).toEqual(expected)
    expect(unparsed).toEqual([])
    expect(found).toHaveLength(30)
  },
)
