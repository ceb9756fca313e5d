#include <fstream>
#include <iterator>

#include "base/error.hpp"
#include "base/run/temporary_folder.hpp"
#include "formats/dataset/row_writer.hpp"
#include "formats/parquet/duckdb.hpp"
#include "formats/parquet/parquet_reader.hpp"
#include "tests/fuzz/input.hpp"

// A Parquet file that is whole but for some bytes: what is not Parquet at all is refused at once.

namespace {

const base::TemporaryFolder folder;

std::string whole_file() {
    const auto path = folder.path() / "whole";
    auto writer = formats::write_rows(
        formats::RowFormat::parquet,
        path,
        {{"text", formats::CellType::text, ""},
         {"number", formats::CellType::number, ""},
         {"any", formats::CellType::json, ""},
         {"image", formats::CellType::picture, ""}}
    );
    for (int i = 0; i < 20; ++i)
        writer->write(std::vector<formats::DataCell>{
            std::string("text ") + std::to_string(i % 5),
            i * 0.5,
            formats::JsonCell{"[1,2]"},
            formats::FileCell{"bytes", "image/png"}});
    writer->finish();
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (!formats::duck::is_installed()) return 0;
    static const std::string whole = whole_file();
    auto bytes = whole;
    for (std::size_t i = 0; i + 3 <= size; i += 3)
        bytes[(data[i] * 256U + data[i + 1]) % bytes.size()] ^= static_cast<char>(data[i + 2]);
    if (size % 3 == 1) bytes.resize(bytes.size() * data[size - 1] / 256);
    const auto path = folder.path() / "damaged";
    std::ofstream(path, std::ios::binary) << bytes;
    try {
        formats::ParquetRows rows(path);
        for (int i = 0; i < 1000 && rows.next(); ++i) {
        }
    } catch (const base::Error&) {
    }
    return 0;
}
