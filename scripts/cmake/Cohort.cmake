# Tests are compiled far more often than they run.
set(COHORT_TEST_OPTIMISATION -O0)
# Presets that build everything at once do it in batches of files, in less than half the time; `dev` compiles
# each file alone, which an edit of one file needs, and which proves that it includes what it uses.
set(CMAKE_UNITY_BUILD_BATCH_SIZE 12)
# GCC 12 sees overlaps in std::string's operator+. clang counts libgit2's initialisers as incomplete, and
# signs as conversions, which GCC does not.
set(COHORT_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-missing-field-initializers;-Wno-sign-conversion>)

# cohort_library(<name> <source>... DEPENDS <target>...)
# One static library per folder, linking only what it names. <name> is the folder's path with `_`
# for `/`: cohort_library(runtime_workspace ...) makes cohort::runtime_workspace.
function(cohort_library name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS;PRIVATE_DEPENDS")
  add_library(cohort_${name} STATIC ${arg_UNPARSED_ARGUMENTS})
  add_library(cohort::${name} ALIAS cohort_${name})
  target_include_directories(cohort_${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(cohort_${name} PUBLIC ${arg_DEPENDS} PRIVATE ${arg_PRIVATE_DEPENDS})
  target_compile_options(cohort_${name} PRIVATE ${COHORT_WARNINGS})
endfunction()

# cohort_test(actors/worker_pool DEPENDS cohort::actors [LABEL slow] [TIMEOUT 60])
# Source tests/<name>_test.cpp, ctest name <name>, labels: its folder, and `fast` unless told otherwise.
# The target fast_tests builds all that `ctest -L fast` runs, and nothing else.
add_custom_target(fast_tests)
function(cohort_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "LABEL;TIMEOUT" "DEPENDS")
  if(NOT arg_LABEL)
    set(arg_LABEL fast)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  string(REPLACE "/" "_" target "test_${name}")
  string(REGEX REPLACE "/.*" "" layer ${name})
  add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/${name}_test.cpp)
  target_link_libraries(${target} PRIVATE cohort_test_support ${arg_DEPENDS})
  target_compile_options(${target} PRIVATE ${COHORT_WARNINGS} ${COHORT_TEST_OPTIMISATION})
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
  if(cohort_actor_test_support IN_LIST arg_DEPENDS)
    target_precompile_headers(${target} REUSE_FROM cohort_actor_test_support)
  else()
    target_precompile_headers(${target} REUSE_FROM cohort_test_support)
  endif()
  if(arg_LABEL STREQUAL fast)
    add_dependencies(fast_tests ${target})
  endif()
  add_test(NAME ${name} COMMAND ${target} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES LABELS "${layer};${arg_LABEL}" TIMEOUT ${arg_TIMEOUT})
endfunction()

# cohort_fuzzer(gcc_json DEPENDS cohort::runtime_toolchain)
# Source tests/fuzz/<name>_fuzzer.cpp, seeds tests/fuzz/corpus/<name>/. The target fuzzers builds them all.
if(COHORT_FUZZ)
  add_custom_target(fuzzers)
  function(cohort_fuzzer name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "DEPENDS")
    set(target "fuzz_${name}")
    add_executable(${target} ${PROJECT_SOURCE_DIR}/tests/fuzz/${name}_fuzzer.cpp)
    target_link_libraries(${target} PRIVATE ${arg_DEPENDS})
    target_link_options(${target} PRIVATE -fsanitize=fuzzer)
    target_compile_options(${target} PRIVATE ${COHORT_WARNINGS})
    add_dependencies(fuzzers ${target})
  endfunction()
endif()

# cohort_protos(messages v1/task.proto ...)
# Compiles protos into cohort_<library>. Generated files mirror the source path, so code includes
# "messages/v1/task.pb.h". (CMake 3.25's protobuf_generate cannot keep that path below the root.)
function(cohort_protos library)
  foreach(proto IN LISTS ARGN)
    string(REGEX REPLACE "\\.proto$" "" stem "${library}/${proto}")
    set(out "${PROJECT_BINARY_DIR}/${stem}.pb")
    add_custom_command(OUTPUT ${out}.cc ${out}.h
      COMMAND protobuf::protoc -I ${PROJECT_SOURCE_DIR} --cpp_out ${PROJECT_BINARY_DIR}
              ${PROJECT_SOURCE_DIR}/${library}/${proto}
      DEPENDS ${PROJECT_SOURCE_DIR}/${library}/${proto} VERBATIM)
    target_sources(cohort_${library} PRIVATE ${out}.cc ${out}.h)
    set_source_files_properties(${out}.cc PROPERTIES COMPILE_OPTIONS "-w")
  endforeach()
  target_include_directories(cohort_${library} SYSTEM PUBLIC ${PROJECT_BINARY_DIR})
endfunction()
