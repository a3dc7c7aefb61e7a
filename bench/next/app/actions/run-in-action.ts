'use server'

import { run } from '../../scenarios'

export const runInAction = async (_before: string, form: FormData) =>
  run(form.get('scenario'), form.get('id'))
