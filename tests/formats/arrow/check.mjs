// Each NAME.arrow of the folder, read by Apache's own library, holds what NAME.json says: columns by name and type, and every value.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RecordBatchReader } from 'apache-arrow';

const folder = process.argv[2];
const types = {
    text: 'Utf8', integer: 'Int64', number: 'Float64', flag: 'Bool', time: 'Timestamp<MICROSECOND, UTC>', json: 'Utf8', picture: 'Struct<{bytes:Binary, path:Utf8}>',
};
const spell = {
    text: (v) => v,
    json: (v) => v,
    integer: (v) => String(v),
    number: (v) => v,
    flag: (v) => String(v),
    picture: (v) => (v.path === null ? Buffer.from(v.bytes).toString('hex') : 'a path'),
};

function fail(...words) {
    console.error(...words);
    process.exit(1);
}

let compared = 0, batches = 0;
const names = readdirSync(folder).filter((name) => name.endsWith('.arrow')).sort();
if (names.length < 3) fail('there are only', names.length, 'files');
for (const file of names) {
    const expected = JSON.parse(readFileSync(join(folder, file.replace('.arrow', '.json')), 'utf8'));
    const reader = RecordBatchReader.from(readFileSync(join(folder, file))).open();
    if (!reader.isFile()) fail(file, 'is no file of Arrow');
    const fields = reader.schema.fields;
    if (fields.length !== expected.columns.length) fail(file, 'has', fields.length, 'columns');
    for (const [i, [name, type]] of expected.columns.entries()) {
        const told = String(fields[i].type);
        if (fields[i].name !== name || told !== types[type]) fail(file, 'column', i, fields[i].name, told, 'instead of', name, types[type]);
        const extension = fields[i].metadata.get('ARROW:extension:name');
        if ((type === 'json') !== (extension === 'arrow.json')) fail(file, name, 'is of extension', extension);
    }
    const features = JSON.parse(reader.schema.metadata.get('huggingface')).info.features;
    if (Object.keys(features).length !== fields.length) fail(file, 'tells', features);
    let row = 0;
    for (const batch of reader) {
        ++batches;
        for (const [i, [name, type]] of expected.columns.entries()) {
            const column = batch.getChildAt(i);
            const raw = column.data[0].values;
            for (let at = 0; at < batch.numRows; ++at) {
                const want = expected.rows[row + at][i];
                const value = column.get(at);
                const got = value === null ? null : type === 'time' ? String(raw[at]) : spell[type](value);
                if (type === 'number' && want !== null ? got !== Number(want) : got !== want) fail(file, 'row', row + at, name, got, 'instead of', want);
                ++compared;
            }
        }
        row += batch.numRows;
    }
    if (row !== expected.rows.length) fail(file, 'has', row, 'rows instead of', expected.rows.length);
}
if (batches < 4) fail('there are only', batches, 'batches');
console.log(`${names.length} files, ${batches} batches, ${compared} values`);
