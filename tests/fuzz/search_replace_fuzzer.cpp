#include "tests/fuzz/fixes_input.hpp"

/// A file "a.cc", then an answer with SEARCH/REPLACE blocks.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cohort::tests;
  auto text = input_text(data, size);
  auto bytes = take_part(text);
  check_reader(bytes, text, fixes::read_search_replace);
  return 0;
}
