#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "formats/dataset/row_writer.hpp"

namespace formats {

// Rows as an Apache Arrow file (the IPC file format, columnar format 1.4; "Feather 2"), as
// write_rows() says; its record batches are of some 8 MiB.
std::unique_ptr<RowWriter>
write_arrow(const std::filesystem::path& path, std::vector<DataColumn> columns);

}  // namespace formats
