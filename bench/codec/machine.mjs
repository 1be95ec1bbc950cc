// The project's own decoders, from the modules of the tests' build: the bundle shows none of them.
import { openChain } from '../../build/src/codec/chain.js'
import { createMachine } from '../../build/src/kernel/machine.js'

export async function openDecoder({ compressor, length, files }) {
  const { id, ...configuration } = compressor ?? {}
  const chain = await openChain(compressor ? [{ name: id, configuration }] : [], { elementSize: 4 })
  const machine = createMachine({ limit: 2 ** 30 })
  const source = machine.allocate(Math.max(...files.map((file) => file.length)) + 2 ** 20)
  const out = { address: machine.allocate(length), length }
  const decode = (bytes) => chain.decode({ address: source, length: bytes }, out, machine)
  return { machine, source, decode }
}
