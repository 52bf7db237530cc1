#include "nodes/command_line.hpp"

int main(int argc, char** argv) {
  return cohort::nodes::run_command_line(argc, argv);
}
