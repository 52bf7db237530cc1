#include "runtime/mutation/schemata.hpp"

#include <algorithm>
#include <charconv>

namespace cohort::runtime::mutation {

namespace {

/// For C and C++. It declares what it needs by names of its own, since the
/// file's own first lines may decide what headers declare. One definition is
/// left of each object file's, in each program and library. What a compiler
/// says about it is not about the file's first lines.
constexpr std::string_view helper = R"(#line 1000000
#ifndef COHORT_MUTANT
#ifdef __cplusplus
extern "C" {
#endif
char* cohort_mutant_getenv(const char*) __asm__("getenv");
int cohort_mutant_open(const char*, int, ...) __asm__("open");
int cohort_mutant_close(int) __asm__("close");
long cohort_mutant_write(int, const void*, unsigned long) __asm__("write");
#define COHORT_MUTANT_ONCE __attribute__((weak, visibility("hidden"), used))
/* -1: not asked yet; 0: none; -2: none, and what is reached is told. */
COHORT_MUTANT_ONCE int cohort_mutant_chosen = -1;
COHORT_MUTANT_ONCE unsigned char cohort_mutant_seen[@SIZE@] = {0};
COHORT_MUTANT_ONCE __attribute__((noinline)) int cohort_mutant_ask(int id) {
  const char* chosen;
  const char* path;
  char line[16];
  int at = 16;
  int rest = id;
  int file;
  if (cohort_mutant_chosen == -1) {
    chosen = cohort_mutant_getenv("COHORT_MUTANT");
    path = cohort_mutant_getenv("COHORT_MUTANT_TRACE");
    file = 0;
    while (chosen && *chosen >= '0' && *chosen <= '9')
      file = 10 * file + (*chosen++ - '0');
    cohort_mutant_chosen = file == 0 && path ? -2 : file;
  }
  if (cohort_mutant_chosen != -2)
    return cohort_mutant_chosen == id;
  if (__atomic_exchange_n(&cohort_mutant_seen[id], 1, 0))
    return 0;
  line[--at] = '\n';
  do {
    line[--at] = (char) ('0' + rest % 10);
    rest /= 10;
  } while (rest);
  path = cohort_mutant_getenv("COHORT_MUTANT_TRACE");
  file = path ? cohort_mutant_open(path, 02002101, 0666) : -1;
  if (file >= 0) {
    (void) !cohort_mutant_write(file, line + at, (unsigned long) (16 - at));
    cohort_mutant_close(file);
  }
  return 0;
}
#ifdef __cplusplus
}
#endif
#define COHORT_MUTANT(id) \
  (cohort_mutant_chosen >= 0 ? cohort_mutant_chosen == id \
                             : cohort_mutant_ask(id))
#endif
#line 1
)";

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::string helper_for(uint32_t last_id) {
  std::string result{helper};
  constexpr std::string_view mark = "@SIZE@";
  result.replace(result.find(mark), mark.size(), std::to_string(last_id + 1));
  return result;
}

/// Whether `a` stands in front of `b`, or around it. Of one expression what
/// needs no value stands around what does.
bool is_outside(const site* a, const site* b) {
  if (a->begin != b->begin)
    return a->begin < b->begin;
  if (a->end != b->end)
    return a->end > b->end;
  if (a->before.size() != b->before.size())
    return a->before.size() > b->before.size();
  return a->mutant.id() < b->mutant.id();
}

} // namespace

std::string with_mutants(std::string_view text, const std::vector<site>& sites,
                         uint32_t last_id) {
  std::vector<const site*> order;
  for (auto& one : sites)
    if (!one.alternative.empty())
      order.push_back(&one);
  if (order.empty())
    return std::string{text};
  std::sort(order.begin(), order.end(), is_outside);
  auto mark = text.starts_with(byte_order_mark) ? byte_order_mark.size() : 0;
  std::string result{text.substr(0, mark)};
  result += helper_for(last_id);
  auto written = mark;
  auto copy_to = [&](size_t end) {
    result += text.substr(written, end - written);
    written = end;
  };
  std::vector<const site*> open;
  auto close_until = [&](uint64_t place) {
    while (!open.empty() && open.back()->end <= place) {
      copy_to(open.back()->end);
      result += "))";
      open.pop_back();
    }
  };
  for (auto* one : order) {
    close_until(one->begin);
    copy_to(one->begin);
    result += "(COHORT_MUTANT(" + std::to_string(one->mutant.id()) + ") ? ("
              + one->alternative + ") : " + std::string{one->before} + '(';
    open.push_back(one);
  }
  close_until(text.size());
  copy_to(text.size());
  return result;
}

std::vector<uint32_t> read_trace(std::string_view text) {
  std::vector<uint32_t> result;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    uint32_t id = 0;
    auto read = std::from_chars(text.data(), text.data() + end, id);
    if (read.ec == std::errc{} && read.ptr == text.data() + end && id > 0)
      result.push_back(id);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::sort(result.begin(), result.end());
  result.erase(std::unique(result.begin(), result.end()), result.end());
  return result;
}

} // namespace cohort::runtime::mutation
