import { killAll } from './kill'
import { mutants } from './lists/promise-1'

killAll('promise-1', mutants)
