#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "base/run/temporary_folder.hpp"
#include "ingest/sources/files/reader.hpp"

namespace ingest {

// A member as a file that a library can move about in: the input itself where it is that, else a
// temporary one, gone with this. Throws base::Error if it cannot be written, or has more than 16
// GiB.
class UnpackedFile {
public:
    // `is_kind`: whether a file that begins so is of the kind itself, and not packed.
    UnpackedFile(
        const MemberInput& input,
        const std::string& ending,
        bool (*is_kind)(std::string_view head)
    );
    const std::filesystem::path& path() const { return path_; }
    // What it is called where something is wrong: the input, and the member of it.
    const std::string& shown() const { return shown_; }

private:
    std::optional<base::TemporaryFolder> folder_;
    std::filesystem::path path_;
    std::string shown_;
};

}  // namespace ingest
