// A folder of YOLO: the names of classes in data.yaml or classes.txt, and a text file a picture,
// below labels/ or in the folder itself. How many numbers a line has tells what it marks.
#include <cmath>
#include <fstream>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>
#include <boost/json.hpp>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/run/files.hpp"
#include "base/text/ascii.hpp"
#include "labeling/export/imports/imports.hpp"
#include "labeling/tasks/task_type.hpp"

namespace labeling {

namespace json = boost::json;
namespace fs = std::filesystem;

namespace {

// Where the names of classes stand; nothing: the folder has none.
std::optional<fs::path> names_in(const fs::path& folder) {
    for (auto name : {"data.yaml", "dataset.yaml", "data.yml", "classes.txt"})
        if (fs::exists(folder / name)) return folder / name;
    return std::nullopt;
}

class YoloReader {
public:
    YoloReader(const fs::path& folder, const Question& question)
        : folder_(folder), question_(question), shape_(task_type(question.kind).shape()) {
        read_names();
    }

    void read(const TakeLabel& take) const {
        auto labels = fs::is_directory(folder_ / "labels") ? folder_ / "labels" : folder_;
        std::set<fs::path> files;  // in order
        for (const auto& entry : fs::recursive_directory_iterator(labels))
            if (entry.is_regular_file() && entry.path().extension() == ".txt" &&
                entry.path().filename() != "classes.txt")
                files.insert(entry.path());
        for (const auto& file : files) {
            auto name = file.lexically_relative(labels).replace_extension();
            take(
                {.key = name.generic_string(),
                 .answer = {json::serialize(marks_in(file))},
                 .places = GivenLabel::Places::shares}
            );
        }
    }

private:
    void read_names() {
        auto path = names_in(folder_).value_or(folder_ / "classes.txt");
        if (path.extension() != ".txt") return read_yaml(path);
        auto lines = base::read_whole_file(path.string());
        std::string_view rest(lines);
        while (!rest.empty()) {
            auto end = std::min(rest.find('\n'), rest.size());
            auto line = base::trim(rest.substr(0, end));
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (!line.empty()) names_.emplace(names_.size(), line);
        }
    }

    void read_yaml(const fs::path& path) {
        try {
            auto names = YAML::LoadFile(path.string())["names"];
            if (names.IsSequence())
                for (const auto& name : names)
                    names_.emplace(names_.size(), name.as<std::string>());
            else
                for (const auto& name : names)
                    names_[name.first.as<std::size_t>()] = name.second.as<std::string>();
        } catch (const YAML::Exception& error) {
            throw base::Error(path.string(), error.what(), "give the names of classes");
        }
        if (names_.empty())
            throw base::Error(path.string(), "has no names of classes", "give them as 'names'");
    }

    json::array marks_in(const fs::path& file) const {
        auto text = base::read_whole_file(file.string());
        std::string_view rest(text);
        json::array marks;
        for (std::size_t line = 1; !rest.empty(); ++line) {
            auto end = std::min(rest.find('\n'), rest.size());
            auto numbers = numbers_in(base::trim(rest.substr(0, end)), file, line);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (numbers.empty()) continue;
            auto name = name_of(numbers[0]);
            if (name == names_.end())
                fail(file, line, fmt::format("class {} has no name", numbers[0]));
            auto mark = mark_of(numbers, name->second, file, line);
            mark["label"] = name->second;
            marks.push_back(std::move(mark));
        }
        return marks;
    }

    // Of the class of this number, which may be any.
    std::map<std::size_t, std::string>::const_iterator name_of(double number) const {
        bool whole = number >= 0 && number < 1e9 && number == std::floor(number);
        return whole ? names_.find(static_cast<std::size_t>(number)) : names_.end();
    }

    [[noreturn]] static void fail(const fs::path& file, std::size_t line, std::string_view reason) {
        throw base::Error(
            fmt::format("{}: line {}", file.string(), line), reason, "see docs.ultralytics.com"
        );
    }

    static std::vector<double>
    numbers_in(std::string_view line, const fs::path& file, std::size_t at) {
        std::vector<double> numbers;
        while (!line.empty()) {
            auto end = std::min(line.find_first_of(" \t"), line.size());
            auto number = base::parse_number(std::string(line.substr(0, end)));
            if (!number) fail(file, at, "holds what is no number");
            numbers.push_back(*number);
            line = base::trim(line.substr(end));
        }
        return numbers;
    }

    json::object mark_of(
        const std::vector<double>& n,
        const std::string& label,
        const fs::path& file,
        std::size_t line
    ) const {
        if (shape_ == LabelShape::polygons) {
            if (n.size() < 7 || n.size() % 2 == 0)
                fail(file, line, "is no outline: a class and three points or more");
            return {{"points", points(n, 1, 2)}};
        }
        if (shape_ == LabelShape::keypoints) {
            std::size_t wanted = 0;
            for (const auto& item : question_.classes)
                if (item.name == label || item.value == label) wanted = item.keypoints.size();
            if (wanted == 0 || (n.size() != 5 + wanted * 3 && n.size() != 5 + wanted * 2))
                fail(file, line, fmt::format("is no pose of {} points", wanted));
            return {{"points", points(n, 5, n.size() == 5 + wanted * 3 ? 3 : 2)}};
        }
        if (shape_ != LabelShape::boxes)
            fail(file, line, "marks a picture, which the project does not ask for");
        if (n.size() == 9) return {{"corners", points(n, 1, 2)}};
        if (n.size() != 5 && n.size() != 6) fail(file, line, "is no box: five numbers or nine");
        return {{"x", n[1] - n[3] / 2}, {"y", n[2] - n[4] / 2}, {"width", n[3]}, {"height", n[4]}};
    }

    // Poses without visibility show all points that are not at 0, 0.
    json::array points(const std::vector<double>& n, std::size_t from, std::size_t each) const {
        json::array made;
        for (auto i = from; i + each <= n.size(); i += each) {
            json::array point{n[i], n[i + 1]};
            // What is none of 0, 1 and 2 is told of when the answer is checked.
            if (each == 3) point.emplace_back(n[i + 2]);
            if (each == 2 && shape_ == LabelShape::keypoints)
                point.emplace_back(n[i] == 0 && n[i + 1] == 0 ? 0 : 2);
            made.push_back(std::move(point));
        }
        return made;
    }

    const fs::path& folder_;
    const Question& question_;
    LabelShape shape_;
    std::map<std::size_t, std::string> names_;
};

}  // namespace

bool is_yolo(const fs::path& folder) {
    return names_in(folder).has_value();
}

void read_yolo(const fs::path& folder, const Question& question, const TakeLabel& take) {
    YoloReader(folder, question).read(take);
}

}  // namespace labeling
