// Each record is a size and its text, read in the order in which they were written: what is done
// with the candidates of a snapshot goes over all of them, several times, and never back.
#include "training/candidates/candidate_file.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "training/numeric/bytes.hpp"

namespace training {

namespace {

constexpr std::size_t read_at_once = std::size_t{1} << 17;

template <typename T>
void put(Writer& out, const std::optional<T>& value) {
    out.put<std::uint8_t>(value.has_value());
    if (value) out.put(*value);
}

template <typename T>
std::optional<T> get(Reader& in) {
    if (in.get<std::uint8_t>() == 0) return std::nullopt;
    return in.get<T>();
}

}  // namespace

void TextFile::add(std::string_view text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    spool_->out().write(reinterpret_cast<const char*>(&size), sizeof size);
    spool_->out().write(text.data(), static_cast<std::streamsize>(text.size()));
    ++count_;
}

void TextFile::finish() {
    spool_->finish();
}

bool TextReader::take(char* into, std::size_t size) {
    while (size > 0) {
        if (at_ == buffer_.size()) {
            buffer_.resize(read_at_once);
            buffer_.resize(file_.spool_->read(place_, buffer_));
            at_ = 0;
            place_ += buffer_.size();
            if (buffer_.empty()) return false;
        }
        const auto some = std::min(size, buffer_.size() - at_);
        std::memcpy(into, buffer_.data() + at_, some);
        at_ += some;
        into += some;
        size -= some;
    }
    return true;
}

bool TextReader::next(std::string& text) {
    std::uint32_t size = 0;
    if (!take(reinterpret_cast<char*>(&size), sizeof size)) return false;
    text.resize(size);
    return take(text.data(), size);
}

void CandidateFile::add(const Candidate& one) {
    Writer out;
    out.put(one.rk);
    out.text(one.key);
    out.text({one.content.data(), one.content.size()});
    put(out, one.value);
    put(out, one.probability);
    put(out, one.class_id);
    out.put(one.version);
    out.put(one.method);
    out.put<std::uint8_t>(one.label.has_value());
    if (one.label) out.text(*one.label);
    texts_.add(out.take());
    ++size_;
}

void CandidateFile::finish(std::vector<bool> left) {
    left_ = std::move(left);
    size_ -= static_cast<std::size_t>(std::count(left_.begin(), left_.end(), true));
    texts_.finish();
}

std::optional<Candidate> CandidateReader::next() {
    do {
        if (!texts_.next(text_)) return std::nullopt;
    } while (!file_.left_.empty() && file_.left_[at_++]);
    Reader in(text_);
    Candidate one;
    one.rk = in.get<std::int64_t>();
    one.key = in.text();
    const auto content = in.text();
    std::copy_n(content.begin(), std::min(content.size(), one.content.size()), one.content.begin());
    one.value = get<double>(in);
    one.probability = get<double>(in);
    one.class_id = get<int>(in);
    one.version = in.get<int>();
    one.method = in.get<std::uint32_t>();
    if (in.get<std::uint8_t>() != 0) one.label = in.text();
    return one;
}

}  // namespace training
