// Each case of the folder is NAME.onnx with NAME.json: {"rows": N, "inputs": {name: {"type", "columns", "values"}}, "output", "expected",
// "classes" or "set"}. Numbers that are missing are null. Outputs must be within 1e-5 of what is expected, relative to values above 1.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ort from 'onnxruntime-node';

const folder = process.argv[2];
const makers = {
    float64: (v) => Float64Array.from(v, (x) => (x === null ? NaN : x)),
    float32: (v) => Float32Array.from(v, (x) => (x === null ? NaN : x)),
    uint8: (v) => Uint8Array.from(v),
    string: (v) => v,
};

let failed = 0, compared = 0;
const names = readdirSync(folder).filter((name) => name.endsWith('.onnx')).sort();
for (const file of names) {
    const name = file.slice(0, -5);
    const given = JSON.parse(readFileSync(join(folder, name + '.json'), 'utf8'));
    const session = await ort.InferenceSession.create(join(folder, file));
    const feeds = {};
    for (const input of session.inputNames) {
        const { type, columns, values } = given.inputs[input];
        feeds[input] = new ort.Tensor(type, makers[type](values), [given.rows, columns]);
    }
    const answers = await session.run(feeds);
    const got = answers[given.output].data;
    let worst = got.length === given.expected.length ? 0 : Infinity;
    for (let i = 0; i < given.expected.length; ++i) {
        const off = Math.abs(got[i] - given.expected[i]) / Math.max(1, Math.abs(given.expected[i]));
        worst = Math.max(worst, Number.isNaN(off) ? Infinity : off);
    }
    compared += given.expected.length;
    let wrong = 0;
    if (given.classes)
        for (let i = 0; i < given.rows; ++i) if (answers.class.data[i] !== given.classes[i]) ++wrong;
    if (given.set)
        for (let i = 0; i < given.set.length; ++i) if (Number(answers.set.data[i]) !== given.set[i]) ++wrong;
    const good = worst <= 1e-5 && wrong === 0 && given.expected.length > 0;
    if (!good) ++failed;
    console.log(`${good ? 'ok    ' : 'FAILED'} ${name}: ${given.expected.length} numbers, worst ${worst.toExponential(1)}, ${wrong} classes wrong`);
}
console.log(`${names.length} models, ${compared} numbers, ${failed} failed`);
process.exit(failed === 0 && names.length > 0 ? 0 : 1);
