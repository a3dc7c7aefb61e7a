import { killAll } from './kill'
import { mutants } from './lists/rules'

killAll('rules', mutants)
