#include "service/gather/kinds/uploads.hpp"

#include <fstream>

#include "base/error.hpp"
#include "base/settings/settings.hpp"
#include "schema/blobs/blobs.hpp"
#include "service/config.hpp"
#include "service/gather/kinds/kind.hpp"
#include "service/gather/settings.hpp"

namespace service {

namespace fs = std::filesystem;

namespace {

const fs::path folder_name = "uploads";

// Its name among the blobs.
std::string stored_name(const std::string& source, const std::string& name) {
    return (folder_name / source / name).string();
}

void write_whole(const fs::path& file, const std::string& bytes) {
    fs::create_directories(file.parent_path());
    auto part = file;
    part += ".part";
    std::ofstream out(part, std::ios::binary | std::ios::trunc);
    out << bytes;
    if (!out.flush()) throw base::Error(file.string(), "cannot be written", "is the disk full?");
    fs::rename(part, file);
}

// What all homes reach alike, or null.
schema::BlobStore* shared_store(const Environment& here) {
    auto* store = here.blobs.store();
    return store && !store->folder() ? store : nullptr;
}

}  // namespace

fs::path upload_path(const Config& config, const std::string& source, const std::string& name) {
    return fs::absolute(config.home / folder_name / source / name).lexically_normal();
}

bool is_upload(const std::string& input, const std::string& source) {
    auto folder = fs::path(input).parent_path();
    return fs::path(input).is_absolute() && folder.filename() == source &&
           folder.parent_path().filename() == folder_name;
}

void keep_upload(
    const Environment& here,
    const std::string& source,
    const std::string& name,
    const std::string& bytes
) {
    if (auto* store = shared_store(here)) store->put(stored_name(source, name), bytes);
    write_whole(upload_path(here.config, source, name), bytes);
}

schema::Source with_uploads_here(const Environment& here, schema::Source source) {
    auto* store = shared_store(here);
    if (!store) return source;
    auto settings = FileSettings::settings.read(base::Document::json(source.spec));
    bool moved = false;
    for (auto& input : settings.inputs) {
        if (!is_upload(input, source.name)) continue;
        auto name = fs::path(input).filename().string();
        auto file = upload_path(here.config, source.name, name);
        if (!fs::exists(file)) write_whole(file, store->get(stored_name(source.name, name)));
        moved = moved || input != file.string();
        input = file.string();
    }
    if (moved) source.spec = FileSettings::settings.text(settings);
    return source;
}

}  // namespace service
