import { testConfigurations } from './test-configurations.js'

testConfigurations('memory')
