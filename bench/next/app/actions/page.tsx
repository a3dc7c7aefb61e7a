import { RunForm } from './run-form'
import { runInAction } from './run-in-action'

export default function Page() {
  return <RunForm run={runInAction} />
}
