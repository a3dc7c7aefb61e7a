import { run } from '../../../scenarios'

export async function GET(request: Request) {
  const { searchParams } = new URL(request.url)
  return new Response(await run(searchParams.get('scenario'), searchParams.get('id')))
}
