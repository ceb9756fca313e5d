// Files that people send lie below the home of the service that took them, and in the bucket where
// there is one, since any worker may be the one that reads them. They bear a name made from their
// bytes, by which they are told from files that users keep there themselves.
#include "service/gather/kinds/uploads.hpp"

#include <algorithm>

#include <unistd.h>
#include <boost/json.hpp>

#include "base/bytes/hash.hpp"
#include "base/bytes/hex.hpp"
#include "base/run/log.hpp"
#include "base/settings/settings.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/blobs/blobs_away.hpp"
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

// Whole or not at all, whoever writes the same at once.
void write_here(
    const Config& config,
    const std::string& source,
    const std::string& name,
    const std::string& bytes
) {
    schema::open_folder(config.home / folder_name)->put((fs::path(source) / name).string(), bytes);
}

// Sixteen hexadecimal digits and a '-'.
constexpr std::size_t mark_size = 16;
bool is_made_name(const std::string& name) {
    const auto mark = std::string_view(name).substr(0, mark_size);
    return name.size() > mark_size && name[mark_size] == '-' &&
           std::all_of(mark.begin(), mark.end(), [](char c) { return base::hex_value(c) >= 0; });
}

// The path of another home may be nobody's here, or another user's.
bool is_readable(const fs::path& file) {
    return access(file.c_str(), R_OK) == 0;
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

std::string upload_name(const std::string& given, std::string_view bytes) {
    return base::sha256_hex(bytes).substr(0, mark_size) + "-" + given;
}

bool is_upload(const std::string& input, const std::string& source) {
    auto folder = fs::path(input).parent_path();
    return fs::path(input).is_absolute() && folder.filename() == source &&
           folder.parent_path().filename() == folder_name &&
           is_made_name(fs::path(input).filename().string());
}

bool reads_upload(const schema::Source& source) {
    const auto spec = boost::json::parse(source.spec);
    const auto* inputs = spec.is_object() ? spec.get_object().if_contains("inputs") : nullptr;
    if (!inputs || !inputs->is_array()) return false;
    return std::ranges::any_of(inputs->get_array(), [&](const boost::json::value& input) {
        return input.is_string() && is_upload(std::string(input.get_string()), source.name);
    });
}

void keep_upload(
    const Environment& here,
    const std::string& source,
    const std::string& name,
    const std::string& bytes
) {
    if (auto* store = shared_store(here)) store->put(stored_name(source, name), bytes);
    write_here(here.config, source, name, bytes);
}

Uploads uploads_of(const Environment& here, const std::string& source) {
    Uploads all;
    std::error_code error;
    const auto folder = here.config.home / folder_name / source;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
        if (is_made_name(at->path().filename().string())) all.files.push_back(at->path());
    auto* store = shared_store(here);
    if (!store) return all;
    try {
        const auto start = stored_name(source, "");
        store->each(start, [&](const std::string& name, std::uint64_t) {
            if (is_made_name(name.substr(start.size()))) all.stored.push_back(name);
            return true;
        });
    } catch (const schema::BlobsAway& away) {
        base::log::warning("uploads of source '{}' stay: {}", source, away.what());
    }
    return all;
}

void drop_uploads(const Environment& here, const Uploads& uploads) {
    std::error_code error;
    for (const auto& file : uploads.files)
        if (!fs::remove(file, error) && error)
            base::log::warning("{}: {}", file.string(), error.message());
    // Somebody's own files keep their folder.
    if (!uploads.files.empty()) fs::remove(uploads.files.front().parent_path(), error);
    auto* store = shared_store(here);
    for (const auto& name : uploads.stored)
        if (!store->remove(name))
            base::log::warning("{}{}: could not be removed", store->place(), name);
}

schema::Source with_uploads_here(const Environment& here, schema::Source source) {
    auto* store = shared_store(here);
    if (!store) return source;
    auto settings = FileSettings::settings.read(base::Document::json(source.spec));
    bool moved = false;
    for (auto& input : settings.inputs) {
        if (!is_upload(input, source.name) || is_readable(input)) continue;
        auto name = fs::path(input).filename().string();
        auto file = upload_path(here.config, source.name, name);
        if (!is_readable(file))
            write_here(here.config, source.name, name, store->get(stored_name(source.name, name)));
        moved = moved || input != file.string();
        input = file.string();
    }
    if (moved) source.spec = FileSettings::settings.text(settings);
    return source;
}

}  // namespace service
