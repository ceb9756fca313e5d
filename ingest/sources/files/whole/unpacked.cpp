#include "ingest/sources/files/whole/unpacked.hpp"

#include <fstream>

#include "base/error.hpp"

namespace ingest {

namespace {

constexpr std::uint64_t most_unpacked = std::uint64_t{16} << 30;
constexpr std::size_t room_for_signature = 4096;

// Whether the file itself is one, and its name is none that stands for several.
bool is_plain(const std::string& path, bool (*is_kind)(std::string_view)) {
    if (path == "-" || path.find_first_of("*?[{") != path.npos) return false;
    std::ifstream in(path, std::ios::binary);
    std::string start(room_for_signature, '\0');
    in.read(start.data(), static_cast<std::streamsize>(start.size()));
    return is_kind(std::string_view(start).substr(0, static_cast<std::size_t>(in.gcount())));
}

// Copies the rest of a member into a file.
void unpack(formats::Bytes& bytes, const std::string& shown, const std::filesystem::path& path) {
    std::ofstream out(path, std::ios::binary);
    std::string buffer(1 << 20, '\0');
    std::uint64_t size = 0;
    while (auto got = bytes.read(buffer.data(), buffer.size())) {
        size += got;
        if (size > most_unpacked)
            throw base::Error(shown, "is larger than 16 GiB unpacked", "unpack it");
        out.write(buffer.data(), static_cast<std::streamsize>(got));
    }
    out.flush();
    if (!out)
        throw base::Error(path.string(), "could not be written", "free disk space, or set TMPDIR");
}

}  // namespace

UnpackedFile::UnpackedFile(
    const MemberInput& input,
    const std::string& ending,
    bool (*is_kind)(std::string_view)
)
    : path_(input.path), shown_(input.path) {
    if (!input.bytes.member().empty()) shown_ += "/" + input.bytes.member();
    if (is_plain(input.path, is_kind)) return;
    path_ = folder_.emplace().path() / ("unpacked." + ending);
    unpack(input.bytes, shown_, path_);
}

}  // namespace ingest
