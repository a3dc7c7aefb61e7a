import { keepsPromises } from './keeps-promises'

keepsPromises(1)
