// Records of a WARC or ARC file, one after the other.
//
// Archives are large and often damaged: memory is flat, a broken record is given as one, and
// reading goes on at the next gzip member or the next "WARC/". The offset of a member is kept with
// each record, for it is where a reader can begin later.
#include <algorithm>
#include <charconv>
#include <fstream>

#include <zlib.h>

#include "base/error.hpp"
#include "base/text/ascii.hpp"
#include "formats/warc/warc.hpp"

namespace formats {

namespace {

constexpr std::size_t longest_line = 64U << 10U;
constexpr std::size_t most_headers = 256;
constexpr std::size_t kept_of_broken = 64U << 10U;

// The file's bytes, uncompressed, with the offsets at which gzip members begin.
class Stream {
public:
    Stream(const std::string& path, std::int64_t offset) : file_(path, std::ios::binary) {
        if (!file_) throw base::Error("file '" + path + "'", "cannot be opened", "check the path");
        file_.seekg(offset);
        file_offset_ = offset;
        char magic[2] = {};
        file_.read(magic, 2);
        gzip_ = file_.gcount() == 2 && magic[0] == '\x1f' && magic[1] == '\x8b';
        file_.clear();
        file_.seekg(offset);
        if (gzip_ && inflateInit2(&inflater_, 15 + 16) != Z_OK) throw std::bad_alloc();
        boundary_ = {0, offset};
    }
    ~Stream() {
        if (gzip_) inflateEnd(&inflater_);
    }
    Stream(const Stream&) = delete;

    // Makes `size` bytes available, or all there are. Returns what is.
    std::string_view peek(std::size_t size) {
        while (buffer_.size() - at_ < size && fill()) {
        }
        return std::string_view(buffer_).substr(at_, size);
    }
    void skip(std::size_t size) {
        at_ += size;
        position_ += static_cast<std::int64_t>(size);
        if (at_ > (1U << 20U) || at_ == buffer_.size()) {
            buffer_.erase(0, at_);
            at_ = 0;
        }
        while (!boundaries_.empty() && boundaries_.front().first <= position_) {
            boundary_ = boundaries_.front();
            boundaries_.erase(boundaries_.begin());
        }
    }
    // A line without its end, at most longest_line bytes of it; nothing at the end.
    std::optional<std::string> line() {
        std::size_t want = 256;
        for (;;) {
            auto text = peek(want);
            auto end = text.find('\n');
            if (end == text.npos && text.size() == want && want < longest_line) {
                want *= 4;
                continue;
            }
            if (text.empty()) return std::nullopt;
            std::string found(text.substr(0, end));
            skip(end == text.npos ? text.size() : end + 1);
            if (found.ends_with('\r')) found.pop_back();
            return found;
        }
    }
    // In the file, of the present place; -1 within a gzip member.
    std::int64_t offset() const {
        if (!gzip_) return boundary_.second + position_;
        return boundary_.first == position_ ? boundary_.second : -1;
    }
    bool broken() const { return broken_; }

    // Whether the gzip member that the present place is in or behind has other bytes than its
    // checksum says. That stands behind the blank lines at its end.
    bool is_corrupt() {
        constexpr std::size_t behind = 5;
        (void)peek(behind);
        return corrupt_ && boundaries_.empty() && boundary_.first < position_;
    }

    // To the next gzip member behind the present place, or to the next line that begins a record.
    bool resync() {
        if (gzip_) {
            broken_ = corrupt_ = false;
            while (boundaries_.empty() && fill()) skip(buffer_.size() - at_);
            if (boundaries_.empty()) return find_member();
            skip(static_cast<std::size_t>(boundaries_.front().first - position_));
            return true;
        }
        do {
            if (peek(5) == "WARC/") return true;
        } while (line());
        return false;
    }

private:
    bool fill() {
        if (broken_) return false;
        if (!gzip_) {
            auto size = buffer_.size();
            buffer_.resize(size + chunk);
            file_.read(buffer_.data() + size, chunk);
            buffer_.resize(size + static_cast<std::size_t>(file_.gcount()));
            return buffer_.size() > size;
        }
        for (;;) {
            if (inflater_.avail_in == 0 && !read_input()) {
                broken_ = in_member_;  // ended within a member
                return false;
            }
            if (!in_member_ && *inflater_.next_in != 0x1f) {  // padding between members
                ++inflater_.next_in;
                --inflater_.avail_in;
                continue;
            }
            in_member_ = true;
            auto size = buffer_.size();
            buffer_.resize(size + chunk);
            inflater_.next_out = reinterpret_cast<Bytef*>(buffer_.data() + size);
            inflater_.avail_out = chunk;
            int code = inflate(&inflater_, Z_NO_FLUSH);
            buffer_.resize(size + chunk - inflater_.avail_out);
            if (code == Z_STREAM_END) {
                in_member_ = false;
                inflateReset(&inflater_);
                boundaries_.emplace_back(
                    position_ + static_cast<std::int64_t>(buffer_.size() - at_),
                    file_offset_ - static_cast<std::int64_t>(inflater_.avail_in)
                );
            } else if (code != Z_OK && code != Z_BUF_ERROR) {
                broken_ = corrupt_ = true;
            }
            if (buffer_.size() > size) return true;
            if (broken_) return false;
        }
    }

    bool read_input() {
        input_.resize(chunk);
        file_.read(input_.data(), chunk);
        auto got = file_.gcount();
        file_offset_ += got;
        inflater_.next_in = reinterpret_cast<Bytef*>(input_.data());
        inflater_.avail_in = static_cast<uInt>(got);
        return got > 0;
    }

    // Looks for the start of a member behind damage.
    bool find_member() {
        skip(buffer_.size() - at_);
        inflateReset(&inflater_);
        in_member_ = false;
        for (;;) {
            if (inflater_.avail_in < 3) {
                std::string left(reinterpret_cast<char*>(inflater_.next_in), inflater_.avail_in);
                if (!read_input()) return false;
                input_.resize(inflater_.avail_in);
                input_.insert(0, left);
                inflater_.next_in = reinterpret_cast<Bytef*>(input_.data());
                inflater_.avail_in = static_cast<uInt>(input_.size());
                if (input_.size() < 3) return false;
            }
            const auto* at = inflater_.next_in;
            if (at[0] == 0x1f && at[1] == 0x8b && at[2] == 8) break;
            ++inflater_.next_in;
            --inflater_.avail_in;
        }
        broken_ = corrupt_ = false;
        boundary_ = {position_, file_offset_ - static_cast<std::int64_t>(inflater_.avail_in)};
        return true;
    }

    static constexpr std::size_t chunk = 64U << 10U;
    std::ifstream file_;
    std::int64_t file_offset_ = 0;  // of what was read from the file
    bool gzip_ = false, in_member_ = false;
    bool broken_ = false;   // nothing more can be had of the member
    bool corrupt_ = false;  // because of its bytes, not for want of them
    z_stream inflater_{};
    std::string input_, buffer_;
    std::size_t at_ = 0;
    std::int64_t position_ = 0;                       // uncompressed, of the present place
    std::pair<std::int64_t, std::int64_t> boundary_;  // uncompressed place, file offset
    std::vector<std::pair<std::int64_t, std::int64_t>> boundaries_;  // of members that follow
};

std::optional<std::size_t> length_of(std::string_view text) {
    text = base::trim(text);
    std::size_t length = 0;
    auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), length);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return length;
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0; at <= line.size();) {
        auto end = std::min(line.find(' ', at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

}  // namespace

std::string_view WarcRecord::header(std::string_view name) const {
    for (const auto& [key, value] : headers)
        if (key == name) return value;
    return {};
}

std::string_view WarcRecord::target() const {
    auto uri = header("warc-target-uri");
    if (uri.starts_with('<') && uri.ends_with('>')) uri = uri.substr(1, uri.size() - 2);
    return uri;
}

struct WarcReader::Impl {
    Stream stream;
    std::size_t largest;

    WarcRecord broken(WarcRecord record, std::string fault, std::string reason) {
        record.fault = std::move(fault);
        record.reason = std::move(reason);
        return record;
    }

    std::optional<WarcRecord> next() {
        std::optional<std::string> first;
        WarcRecord record;
        do {
            record.offset = stream.offset();
            first = stream.line();
        } while (first && base::trim(*first).empty());
        if (!first) {
            if (!stream.broken()) return std::nullopt;
            auto again = stream.resync();
            if (!again && record.offset < 0) return std::nullopt;
            return broken(std::move(record), "warc.gzip", "the gzip member is damaged or cut off");
        }
        if (first->starts_with("WARC/"))
            return warc(std::move(record), std::string(base::trim(*first)));
        auto words = words_of(*first);
        if ((words.size() == 5 || words.size() > 5) && length_of(words.back()) &&
            first->find("://") != first->npos)
            return arc(std::move(record), words);
        record.block = first->substr(0, kept_of_broken);
        stream.resync();
        return broken(std::move(record), "warc.syntax", "no record begins here");
    }

    std::optional<WarcRecord> warc(WarcRecord record, std::string version) {
        record.version = std::move(version);
        for (;;) {
            auto line = stream.line();
            if (!line)
                return broken(std::move(record), "warc.truncated", "the headers have no end");
            if (line->empty()) break;
            if ((line->front() == ' ' || line->front() == '\t') && !record.headers.empty()) {
                record.headers.back().second += " " + std::string(base::trim(*line));
                continue;
            }
            auto colon = line->find(':');
            if (colon == line->npos || record.headers.size() >= most_headers) {
                record.block = line->substr(0, kept_of_broken);
                stream.resync();
                return broken(
                    std::move(record),
                    "warc.syntax",
                    "a header without a colon, or too many of them"
                );
            }
            record.headers.emplace_back(
                base::to_lower(base::trim(line->substr(0, colon))),
                base::trim(line->substr(colon + 1))
            );
        }
        record.type = base::to_lower(record.header("warc-type"));
        auto length = length_of(record.header("content-length"));
        if (!length) {
            stream.resync();
            return broken(
                std::move(record), "warc.syntax", "Content-Length is missing or no number"
            );
        }
        return block(std::move(record), *length);
    }

    // "URL IP date type length", then as many bytes.
    std::optional<WarcRecord> arc(WarcRecord record, const std::vector<std::string_view>& words) {
        auto n = words.size();
        std::string url(words[0]);
        for (std::size_t i = 1; i + 4 < n; ++i) url += " " + std::string(words[i]);
        record.version = "ARC/1";
        record.type = url.starts_with("filedesc:") ? "warcinfo" : "response";
        std::string date(words[n - 3]);
        if (date.size() == 14)
            date = date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + "T" +
                   date.substr(8, 2) + ":" + date.substr(10, 2) + ":" + date.substr(12, 2) + "Z";
        record.headers = {
            {"warc-target-uri", url},
            {"warc-ip-address", std::string(words[n - 4])},
            {"warc-date", date},
            {"content-type", "application/http; msgtype=response"},
            {"identified-payload-type", std::string(words[n - 2])}};
        return block(std::move(record), *length_of(words[n - 1]));
    }

    WarcRecord block(WarcRecord record, std::size_t length) {
        if (length > largest) {
            record.block = stream.peek(kept_of_broken);
            for (auto left = length; left > 0;) {
                auto have = stream.peek(std::min<std::size_t>(left, 1U << 20U)).size();
                if (have == 0) break;
                stream.skip(have);
                left -= have;
            }
            return broken(
                std::move(record),
                "warc.too_large",
                std::to_string(length) + " bytes, more than the limit of " + std::to_string(largest)
            );
        }
        record.block = stream.peek(length);
        stream.skip(record.block.size());
        if (record.block.size() == length) {
            if (record.offset < 0 || !stream.is_corrupt()) return record;
            stream.resync();
            return broken(
                std::move(record), "warc.gzip", "the gzip member has not the checksum that it names"
            );
        }
        if (stream.broken()) stream.resync();
        auto have = record.block.size();
        return broken(
            std::move(record),
            "warc.truncated",
            std::to_string(have) + " of " + std::to_string(length) + " bytes are there"
        );
    }
};

WarcReader::WarcReader(const std::string& path, std::int64_t offset, std::size_t largest)
    : impl_(new Impl{{path, offset}, largest}) {}
WarcReader::~WarcReader() = default;
WarcReader::WarcReader(WarcReader&&) noexcept = default;

std::optional<WarcRecord> WarcReader::next() {
    return impl_->next();
}

std::int64_t WarcReader::position() const {
    // The blank lines behind a record belong to its member.
    for (auto text = impl_->stream.peek(1); !text.empty() && (text[0] == '\r' || text[0] == '\n');
         text = impl_->stream.peek(1))
        impl_->stream.skip(1);
    return impl_->stream.offset();
}

}  // namespace formats
