#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "formats/dataset/dataset_writer.hpp"
#include "service/verb.hpp"

namespace service {

struct ExportRecords {
    std::string source;
    std::string where;  // a condition as of schema::Filter
    formats::DatasetFormat format = formats::DatasetFormat::jsonl;
    bool guard_formulas = false;
    static const base::Settings<ExportRecords> settings;
};

struct RecordFiles {
    std::uint64_t records = 0;
    std::vector<std::filesystem::path> files;  // below the folder; the first is that of the rows
};

// The records of a source in their present versions, with all that is stored of them
// (schema/rows/row_maker.hpp). A format of one file is that file, one of several is a tar of them.
Download export_records(Work& work, const ExportRecords& request);
// The same with a card of the columns as files in a folder that is there, in transactions of its
// own. base::Error if there is no such source.
RecordFiles write_records(
    const Environment& here,
    const ExportRecords& request,
    const std::filesystem::path& folder
);

}  // namespace service
