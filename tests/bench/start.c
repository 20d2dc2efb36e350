/* SPDX-License-Identifier: BSD-3-Clause */
/* start: a program that is linked with all of the libraries and does nothing, for footprint.sh. */
int main(void)
{
    return 0;
}
