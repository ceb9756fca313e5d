#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "formats/dataset/row_writer.hpp"

namespace formats {

// Rows as an Apache Parquet file, as write_rows() says; its row groups are of some 32 MiB.
std::unique_ptr<RowWriter>
write_parquet(const std::filesystem::path& path, std::vector<DataColumn> columns);

}  // namespace formats
