#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/run/spool.hpp"

// Candidates of a snapshot while it is made: on disk and not in memory, however many they are.
namespace training {

// A record that the condition holds for, with its label.
struct Candidate {
    std::int64_t rk = 0;
    std::string key;
    std::array<char, 32> content{};  // SHA-256
    std::optional<double> value;
    std::optional<double> probability;  // of the label
    std::optional<std::string> label;   // JSON: what is neither (part_labels.hpp)
    std::optional<int> class_id;
    int version = 0;
    std::uint32_t method = 0;  // that the label came by: its place in Candidates::methods
};

// Texts one after the other, written once and then read in their order. Throws base::Error where
// the disk does not take them.
class TextFile {
public:
    void add(std::string_view text);
    void finish();  // nothing is added after it
    std::size_t size() const { return count_; }

private:
    friend class TextReader;
    std::unique_ptr<base::Spool> spool_ = std::make_unique<base::Spool>();
    std::size_t count_ = 0;
};

// Of a file that is finished and stays.
class TextReader {
public:
    explicit TextReader(const TextFile& file) : file_(file) {}
    // False after the last.
    bool next(std::string& text);

private:
    bool take(char* into, std::size_t size);

    const TextFile& file_;
    std::vector<char> buffer_;
    std::size_t at_ = 0;       // in the buffer
    std::uint64_t place_ = 0;  // in the file, of what follows the buffer
};

class CandidateFile {
public:
    void add(const Candidate& one);
    // Ends it; those that `left` says 1 of, by their places, are read no more. Of none it is empty.
    void finish(std::vector<bool> left = {});
    std::size_t size() const { return size_; }

private:
    friend class CandidateReader;
    TextFile texts_;
    std::vector<bool> left_;
    std::size_t size_ = 0;
};

// The candidates in the order in which they were added.
class CandidateReader {
public:
    explicit CandidateReader(const CandidateFile& file) : file_(file), texts_(file.texts_) {}
    // Nothing after the last.
    std::optional<Candidate> next();

private:
    const CandidateFile& file_;
    TextReader texts_;
    std::size_t at_ = 0;
    std::string text_;
};

}  // namespace training
