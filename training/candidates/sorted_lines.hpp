#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "training/candidates/candidate_file.hpp"

namespace training {

// Lines in their order, which are never held together: those of a snapshot's hash. Each begins with
// four hexadecimal digits by which they are even (a hash): it is dealt by them to a file of its
// own, and each file is sorted by itself.
class SortedLines {
public:
    // About so many will come.
    explicit SortedLines(std::size_t lines) : files_(std::min(most_files, 1 + lines / at_once)) {}

    void add(const std::string& line) {
        const auto first = std::stoul(line.substr(0, 4), nullptr, 16);
        files_[first * files_.size() >> 16U].add(line);
    }
    // Once, after the last.
    template <typename See>
    void each(const See& see) {
        std::vector<std::string> lines;
        for (auto& file : files_) {
            file.finish();
            lines.resize(file.size());
            TextReader reader(file);
            for (auto& line : lines) reader.next(line);
            std::sort(lines.begin(), lines.end());
            for (const auto& line : lines) see(line);
        }
    }

private:
    static constexpr std::size_t at_once = 10'000, most_files = 64;
    std::vector<TextFile> files_;
};

}  // namespace training
