import { killAll } from './kill'
import { mutants } from './lists/promises-2-to-4'

killAll('promises-2-to-4', mutants)
