// Storing many small images (PNG files in a zip) through the pipeline: decoded, hashed, kept.
//
//     ingest_images_bench [images=60000]

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <vips/vips.h>

#include "base/database/database.hpp"
#include "base/database/postgres.hpp"
#include "ingest/pipeline/pipeline.hpp"
#include "schema/blobs/blobs.hpp"
#include "schema/migrate.hpp"
#include "schema/sources/source_store.hpp"

namespace {

namespace fs = std::filesystem;

// 28 x 28 grey pixels, each image another.
std::string picture(int number) {
    std::string pixels(28 * 28, '\0');
    for (int i = 0; i < 28 * 28; ++i)
        pixels[static_cast<std::size_t>(i)] = static_cast<char>(
            (i % 28 * (number % 9 + 1) + i / 28 * (number % 7) + number / 63) & 255
        );
    auto* image =
        vips_image_new_from_memory(pixels.data(), pixels.size(), 28, 28, 1, VIPS_FORMAT_UCHAR);
    void* data = nullptr;
    std::size_t size = 0;
    vips_pngsave_buffer(image, &data, &size, nullptr);
    std::string png(static_cast<const char*>(data), size);
    g_free(data);
    g_object_unref(image);
    return png;
}

void write_zip(const fs::path& path, int images) {
    auto* zip = archive_write_new();
    archive_write_set_format_zip(zip);
    archive_write_set_options(zip, "zip:compression=store");
    archive_write_open_filename(zip, path.c_str());
    for (int i = 0; i < images; ++i) {
        auto png = picture(i);
        auto* entry = archive_entry_new();
        archive_entry_set_pathname(entry, fmt::format("{}/{:06}.png", i % 10, i).c_str());
        archive_entry_set_size(entry, static_cast<la_int64_t>(png.size()));
        archive_entry_set_filetype(entry, AE_IFREG);
        archive_entry_set_perm(entry, 0644);
        archive_write_header(zip, entry);
        archive_write_data(zip, png.data(), png.size());
        archive_entry_free(entry);
    }
    archive_write_close(zip);
    archive_write_free(zip);
}

}  // namespace

int main(int argc, char** argv) {
    int images = argc > 1 ? std::atoi(argv[1]) : 60'000;
    if (VIPS_INIT(argv[0])) return 1;
    auto home = fs::temp_directory_path() / fmt::format("tilth-images-bench-{}", ::getpid());
    fs::create_directories(home);
    int code = 0;
    try {
        auto file = home / "images.zip";
        write_zip(file, images);
        base::EmbeddedPostgres postgres(home);
        base::Database database(postgres.url("images"), 5);
        schema::migrate(database);
        schema::Blobs blobs(home / "blobs");
        database.call([](base::Tx& tx) {
            schema::add_source(
                tx, {0, "bench", "files", "{}", "", "active"}, std::chrono::system_clock::now()
            );
        });
        ingest::RunRequest request;
        request.source = "bench";
        request.inputs = {file.string()};
        auto result = ingest::run(database, blobs, request);
        fmt::print(
            "{} images of {} bytes: {:.1f} s, {:.0f} images/s; {} stored, {} rejected\n",
            images,
            fs::file_size(file) / static_cast<std::uintmax_t>(images),
            result.seconds,
            images / result.seconds,
            result.counts.added,
            result.counts.rejected
        );
        if (result.counts.added != static_cast<std::uint64_t>(images)) code = 1;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        code = 1;
    }
    fs::remove_all(home);
    return code;
}
