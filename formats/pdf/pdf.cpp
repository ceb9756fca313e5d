// PDF by the programs of Poppler.
//
// The document is handed over as a file in memory, and what is said comes back in another: no pipe
// can fill up, and nothing is written to a disk. Between fork and exec only system calls are made,
// since other threads may hold any lock.
#include "formats/pdf/pdf.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/numbers/parse.hpp"
#include "base/text/ascii.hpp"
#include "base/text/utf8.hpp"

namespace formats {

namespace {

[[noreturn]] void fail(std::string_view what) {
    throw base::Error(std::string(what), std::strerror(errno), "free memory and try again");
}

// A file without a name, of memory.
class MemoryFile {
public:
    explicit MemoryFile(const char* name) : number_(memfd_create(name, MFD_CLOEXEC)) {
        if (number_ < 0) fail("a file in memory");
    }
    ~MemoryFile() { close(number_); }
    MemoryFile(const MemoryFile&) = delete;

    void write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const auto written = ::write(number_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) fail("a file in memory");
            bytes.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    std::string read(std::size_t most) const {
        std::string bytes(most, '\0');
        std::size_t got = 0;
        while (got < most) {
            const auto more =
                pread(number_, bytes.data() + got, most - got, static_cast<off_t>(got));
            if (more < 0 && errno == EINTR) continue;
            if (more <= 0) break;
            got += static_cast<std::size_t>(more);
        }
        bytes.resize(got);
        return bytes;
    }
    int number() const { return number_; }

private:
    int number_;
};

void bound(int what, std::size_t most) {
    const rlimit limit{most, most};
    setrlimit(static_cast<__rlimit_resource_t>(what), &limit);
}

constexpr int not_started = 127;
constexpr std::size_t least_said =
    64UL * 1024;  // what pdfinfo may say, whatever the limit of texts

// In the child; does not return.
[[noreturn]] void
become(const char* const* words, int in, int out, int errors, const PdfLimits& limits) {
    bound(RLIMIT_CPU, static_cast<std::size_t>(limits.seconds));
    bound(RLIMIT_AS, limits.memory);
    bound(RLIMIT_FSIZE, std::max(limits.text, least_said));
    bound(RLIMIT_CORE, 0);
    if (lseek(in, 0, SEEK_SET) == 0 && dup2(in, 0) == 0 && dup2(out, 1) == 1 &&
        dup2(errors, 2) == 2)
        execvp(words[0], const_cast<char* const*>(words));
    _exit(not_started);
}

struct Said {
    bool whole = false;  // the program ended by itself, and well
    bool limited = false;
    std::string text, errors;
};

Said ask(const char* const* words, const MemoryFile& document, const PdfLimits& limits) {
    const MemoryFile out("said"), errors("errors");
    const pid_t child = fork();
    if (child < 0) fail(words[0]);
    if (child == 0) become(words, document.number(), out.number(), errors.number(), limits);
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR) fail(words[0]);
    if (WIFEXITED(status) && WEXITSTATUS(status) == not_started)
        throw base::Error(
            words[0], "is not installed, without which PDF is not read", "install poppler-utils"
        );
    constexpr std::size_t line = 4096;
    Said said{
        .whole = WIFEXITED(status) && WEXITSTATUS(status) == 0,
        .limited = WIFSIGNALED(status),
        .text = out.read(std::max(limits.text, least_said)),
        .errors = errors.read(line)};
    return said;
}

std::string storable(std::string text) {
    text = base::mend_utf8(text);
    std::erase(text, '\0');
    return text;
}

// What stands behind "Pages:" in what pdfinfo says. The last such line: those that the document
// itself can fill come before.
std::string_view said_of(std::string_view info, std::string_view what) {
    std::string_view found;
    while (!info.empty()) {
        auto line = info.substr(0, info.find('\n'));
        info.remove_prefix(std::min(info.size(), line.size() + 1));
        if (line.starts_with(what)) found = base::trim(line.substr(what.size()));
    }
    return found;
}

std::optional<int> points(std::string_view number) {
    const auto size = base::parse_number(base::trim(number));
    if (!size || !(*size >= 1) || *size > 1e6) return std::nullopt;
    return static_cast<int>(std::lround(*size));
}

// Each page ends with a form feed.
std::string without_page_ends(std::string text) {
    std::string out;
    for (char c : text)
        if (c == '\f')
            out += "\n\n";
        else
            out += c;
    const auto end = out.find_last_not_of(" \t\r\n");
    out.resize(end == out.npos ? 0 : end + 1);
    return out;
}

}  // namespace

bool is_pdf(std::string_view head) {
    // Readers allow any 1024 bytes before it; here they are blanks or a byte order mark, since a
    // text may speak of PDF.
    constexpr std::size_t within = 1024;
    const auto at = head.substr(0, within).find("%PDF-");
    return at != head.npos &&
           head.substr(0, at).find_first_not_of("\r\n\t \xef\xbb\xbf") == head.npos;
}

std::variant<Pdf, PdfFault> examine_pdf(std::string_view bytes, const PdfLimits& limits) {
    const MemoryFile document("document.pdf");
    document.write(bytes);
    constexpr std::array info{
        "pdfinfo", "-enc", "UTF-8", "/proc/self/fd/0", static_cast<const char*>(nullptr)};
    const auto told = ask(info.data(), document, limits);
    if (told.errors.find("Incorrect password") != std::string::npos)
        return PdfFault{PdfFault::Kind::password, "it is locked by a password"};
    const auto pages = base::whole_number<int>(said_of(told.text, "Pages:"), 10);
    if (!told.whole || !pages || *pages < 1)
        return PdfFault{
            PdfFault::Kind::broken,
            told.limited ? "it takes more time or memory than a document may"
                         : "it is damaged: no page of it can be found"};
    Pdf pdf;
    pdf.media.kind = MediaKind::pdf;
    pdf.media.type = "application/pdf";
    pdf.media.pages = *pages;
    const auto size = said_of(told.text, "Page size:");  // "612 x 792 pts (letter)"
    const auto by = size.find(" x ");
    if (by != size.npos) {
        const auto rest = size.substr(by + 3);
        pdf.media.width = points(size.substr(0, by));
        pdf.media.height = points(rest.substr(0, rest.find(' ')));
    }
    pdf.title = storable(std::string(said_of(told.text, "Title:")));
    constexpr std::array read{
        "pdftotext",
        "-enc",
        "UTF-8",
        "-eol",
        "unix",
        "/proc/self/fd/0",
        "-",
        static_cast<const char*>(nullptr)};
    auto text = ask(read.data(), document, limits);
    if (text.text.size() >= limits.text) {
        text.limited = true;
        text.text.resize(limits.text);
    }
    pdf.text = without_page_ends(storable(std::move(text.text)));
    if (text.limited)
        pdf.note = "a PDF whose text is longer, or takes longer, than is read: only its beginning";
    else if (!text.whole)
        pdf.note = "a PDF whose text could not be read";
    else if (pdf.text.empty())
        pdf.note = "a PDF without text, as of scanned pages";
    return pdf;
}

}  // namespace formats
