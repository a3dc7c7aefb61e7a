import { type Answer, handleWebhook } from '@/lib/webhooks/handle-webhook'

const statuses: Record<Answer, number> = {
  ok: 200,
  ignored: 200,
  too_large: 413,
  too_slow: 408,
  unsigned: 400,
  bad_signature: 400,
  bad_payload: 400,
  aborted: 400,
  invalidation_unconfirmed: 503,
}

/** Takes webhooks as the app's route does; what comes after an answer runs at once, and `settled` waits for it. */
export function createReceiver() {
  const tasks: Promise<void>[] = []
  return {
    receive: async (request: Request) => {
      const outcome = await handleWebhook(request, (task) => tasks.push(task()))
      return Response.json({ outcome }, { status: statuses[outcome] })
    },
    settled: async () => {
      while (tasks.length > 0) await Promise.all(tasks.splice(0))
    },
  }
}
