/** DuckDB as a judge: the same tables as rows with coordinate columns, the same queries, its answers in our terms. */
import { type DuckDBConnection, DuckDBDecimalValue, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import type { Answer, Cell } from '../slt/answer.js'
import { broadcast, type Dataset, type DatasetColumn, rowCount, tableColumns } from '../slt/dataset.js'

export interface Judge {
  load(dataset: Dataset): Promise<void>
  run(sql: string): Promise<Answer>
  close(): void
}

export async function openJudge(): Promise<Judge> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  return {
    load: (dataset) => load(connection, dataset),
    run: (sql) => run(connection, sql),
    close: () => {
      connection.closeSync()
      instance.closeSync()
    },
  }
}

/** `FROM climate`, and `FROM climate.elevation` for the grid of each variable. */
async function load(connection: DuckDBConnection, dataset: Dataset): Promise<void> {
  await connection.run(`DROP SCHEMA IF EXISTS ${dataset.name} CASCADE; CREATE SCHEMA ${dataset.name}`)
  await createTable(connection, dataset.name, dataset, tableColumns(dataset))
  for (const variable of dataset.columns) {
    const grid = gridOf(dataset, variable)
    await createTable(connection, `${dataset.name}.${variable.name}`, grid, tableColumns(grid))
  }
}

/** The part of a dataset that lies on a variable's dimensions. */
function gridOf(dataset: Dataset, variable: DatasetColumn): Dataset {
  return {
    ...dataset,
    dims: variable.dims.flatMap((name) => dataset.dims.filter((dim) => dim.name === name)),
    columns: dataset.columns.filter(({ dims }) => dims.every((name) => variable.dims.includes(name))),
  }
}

async function createTable(
  connection: DuckDBConnection,
  name: string,
  dataset: Dataset,
  columns: readonly DatasetColumn[],
): Promise<void> {
  const declared = columns.map((column) => `"${column.name}" ${column.type}`).join(', ')
  await connection.run(`CREATE OR REPLACE TABLE ${name} (${declared})`)
  const values = columns.map((column) => broadcast(dataset, column).map((cell) => literal(cell, column.type)))
  const rows = Array.from({ length: rowCount(dataset) }, (_, row) => `(${values.map((v) => v[row]).join(', ')})`)
  if (rows.length > 0) await connection.run(`INSERT INTO ${name} VALUES ${rows.join(',\n')}`)
}

function literal(cell: Cell, type: DatasetColumn['type']): string {
  if (cell === null) return 'NULL'
  if (type === 'TIMESTAMP') return `make_timestamp(${cell})`
  if (type === 'DATE') return `DATE '1970-01-01' + (${cell})`
  if (type === 'VARCHAR') return `'${String(cell).replaceAll("'", "''")}'`
  return type === 'FLOAT' || type === 'DOUBLE' ? `'${Object.is(cell, -0) ? '-0' : cell}'::${type}` : String(cell)
}

async function run(connection: DuckDBConnection, sql: string): Promise<Answer> {
  const reader = await connection.runAndReadAll(sql)
  const types = reader.columnTypes().map(String).map(ourType)
  return { names: reader.columnNames(), types, rows: reader.getRows().map((row) => row.map(toCell)) }
}

/** Types that we do not have, as docs/differences.md says what stands for them. */
function ourType(type: string): string {
  if (type.startsWith('DECIMAL')) return 'DOUBLE'
  if (type === 'HUGEINT') return 'BIGINT'
  return type === '"NULL"' ? 'NULL' : type
}

function toCell(value: DuckDBValue): Cell {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint') {
    return value
  }
  return value instanceof DuckDBDecimalValue ? value.toDouble() : String(value)
}
