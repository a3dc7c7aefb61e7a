export type FileFormat = 'csv' | 'ndjson'

type Row = Readonly<Record<string, unknown>>

/** What a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/

function cellOf(value: unknown): string {
  const text =
    value === undefined || value === null ? '' : typeof value === 'string' ? value : JSON.stringify(value)
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`
}

/** Rows as CSV (RFC 4180) with a line of names. A text that begins like a formula has `'` before it. */
export function toCsv(columns: readonly string[], rows: readonly Row[]): string {
  const lines = [columns.map(cellOf), ...rows.map((row) => columns.map((name) => cellOf(row[name])))]
  return lines.map((cells) => `${cells.join(',')}\r\n`).join('')
}

/** Each row as a line of JSON. */
export const toNdjson = (columns: readonly string[], rows: readonly Row[]): string =>
  rows
    .map((row) => `${JSON.stringify(Object.fromEntries(columns.map((name) => [name, row[name]])))}\n`)
    .join('')

export const formats: Record<FileFormat, { type: string; write: typeof toCsv }> = {
  csv: { type: 'text/csv; charset=utf-8', write: toCsv },
  ndjson: { type: 'application/x-ndjson; charset=utf-8', write: toNdjson },
}
