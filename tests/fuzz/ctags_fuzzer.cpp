#include <string>

#include "runtime/toolchain/symbols.hpp"
#include "tests/fuzz/input.hpp"

/// Lines that ctags printed.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cohort::tests;
  auto text = input_text(data, size);
  while (!text.empty()) {
    cohort::runtime::toolchain::symbol tag;
    auto file = cohort::runtime::toolchain::read_tag(take_line(text), tag);
    if (file.empty())
      continue;
    require(!tag.name.empty(), "a tag has a name");
    require(is_utf8(file) && is_utf8(tag.name) && is_utf8(tag.kind)
              && is_utf8(tag.type),
            "a tag is UTF-8");
  }
  return 0;
}
