#include "runtime/process/launcher.hpp"
