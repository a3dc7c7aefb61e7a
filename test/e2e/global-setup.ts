import { buildApp } from '../support/app'

export default buildApp
