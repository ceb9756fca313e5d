// The file is unlinked as soon as it is open, so that a process that dies leaves nothing; reading
// by place needs no position of the file, so that several may read it at the same time.
#include "base/run/spool.hpp"

#include <array>
#include <cerrno>
#include <streambuf>
#include <string>

#include <sys/types.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/run/temporary_file.hpp"

namespace base {

// A buffer before a file that nobody else can open.
class Spool::File : public std::streambuf {
public:
    File() : file_(open_temporary_file()) { setp(buffer_.data(), buffer_.data() + buffer_.size()); }
    ~File() override { ::close(file_); }
    File(const File&) = delete;

    std::size_t read(std::uint64_t at, std::span<char> into) const {
        for (;;) {
            auto got = ::pread(file_, into.data(), into.size(), static_cast<off_t>(at));
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR)
                throw Error("a temporary file", "cannot be read: " + error_text(errno));
        }
    }
    std::uint64_t written() const { return written_; }
    int failure() const { return failure_; }

protected:
    int_type overflow(int_type c) override {
        if (sync() != 0) return traits_type::eof();
        if (!traits_type::eq_int_type(c, traits_type::eof())) sputc(traits_type::to_char_type(c));
        return traits_type::not_eof(c);
    }

    int sync() override {
        for (const char* from = pbase(); from < pptr();) {
            auto put = ::write(file_, from, static_cast<std::size_t>(pptr() - from));
            if (put < 0 && errno == EINTR) continue;
            if (put < 0) {
                failure_ = errno;
                return -1;
            }
            from += put;
            written_ += static_cast<std::uint64_t>(put);
        }
        setp(buffer_.data(), buffer_.data() + buffer_.size());
        return 0;
    }

private:
    int file_;
    int failure_ = 0;
    std::uint64_t written_ = 0;
    std::array<char, std::size_t{1} << 16> buffer_;
};

Spool::Spool() : file_(std::make_unique<File>()), out_(file_.get()) {}
Spool::~Spool() = default;

std::ostream& Spool::out() {
    return out_;
}

void Spool::finish() {
    out_.flush();
    if (!out_)
        throw Error(
            "a temporary file",
            "could not be written to its end: " + error_text(file_->failure()),
            more_space
        );
    size_ = file_->written();
}

std::uint64_t Spool::size() const {
    return size_;
}

std::size_t Spool::read(std::uint64_t at, std::span<char> into) const {
    return file_->read(at, into);
}

}  // namespace base
