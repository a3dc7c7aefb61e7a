import { killAll } from './kill'
import { mutants } from './lists/promises-5-to-9'

killAll('promises-5-to-9', mutants)
