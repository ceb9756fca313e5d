#include <filesystem>
#include <fstream>

#include <unistd.h>

#include "base/error.hpp"
#include "labeling/export/given_answer.hpp"
#include "labeling/export/imports/imports.hpp"
#include "tests/fuzz/labels/questions.hpp"

namespace {

namespace fs = std::filesystem;

// One folder a process, in memory where there is such a place.
const fs::path& folder() {
    static const auto made = [] {
        auto base = fs::is_directory("/dev/shm") ? fs::path("/dev/shm") : fs::temp_directory_path();
        auto path = base / ("yolo_fuzz." + std::to_string(getpid()));
        fs::create_directories(path);
        std::atexit([] {
            std::error_code ignored;
            fs::remove_all(folder(), ignored);
        });
        return path;
    }();
    return made;
}

}  // namespace

// Names of classes up to a line of dashes, then the lines of a picture.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Input input(data, size);
    const auto& question = chosen_question(input);
    auto names = input.rest(), lines = names;
    auto end = names.find("---\n");
    lines = end == names.npos ? std::string_view() : names.substr(end + 4);
    std::ofstream(folder() / "data.yaml") << names.substr(0, end);
    std::ofstream(folder() / "picture.txt") << lines;
    WholeRecord record;
    try {
        labeling::read_yolo(folder(), question, [&](labeling::GivenLabel&& label) {
            auto read = labeling::read_given(question, label, record);
            if (read.answer) check_taken(question, *read.answer, record);
        });
    } catch (const base::Error&) {
    }
    return 0;
}
